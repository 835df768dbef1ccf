package suites

func apiChecks() []Check { return nil }
