package requirement

var race = []Requirement{}
