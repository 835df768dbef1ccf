package requirement

var revoke = []Requirement{}
