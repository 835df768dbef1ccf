package requirement

var openid = []Requirement{}
