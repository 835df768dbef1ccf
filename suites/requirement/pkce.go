package requirement

var pkce = []Requirement{}
