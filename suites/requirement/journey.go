package requirement

var journey = []Requirement{}
