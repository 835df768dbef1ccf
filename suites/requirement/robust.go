package requirement

var robust = []Requirement{}
