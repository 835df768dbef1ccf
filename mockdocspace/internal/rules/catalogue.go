package rules

import "slices"

// catalogue is the whole table; its order is the one that lists show.
var catalogue = slices.Concat(authorizeFaults, tokenFaults, portalFaults)
