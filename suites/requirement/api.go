package requirement

var api = []Requirement{}
