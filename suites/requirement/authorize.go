package requirement

var authorize = []Requirement{}
