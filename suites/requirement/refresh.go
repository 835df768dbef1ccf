package requirement

var refresh = []Requirement{}
