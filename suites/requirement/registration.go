package requirement

var registration = []Requirement{}
