package requirement

var introspect = []Requirement{}
