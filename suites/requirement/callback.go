package requirement

var callback = []Requirement{}
