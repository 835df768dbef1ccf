package requirement

var token = []Requirement{}
