package suites

import (
	"time"

	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// Plan is what a run would do, told before anything is sent.
type Plan struct {
	Checks  []requirement.Requirement
	Skipped map[string]string // id → reason
	// Apps, Posts and Changes are about how many apps are registered (and deleted
	// again), POSTs sent, and PUT, PATCH and DELETE requests sent besides.
	Apps, Posts, Changes int
	Duration             time.Duration
}

// effort is what an average check of a suite sends, as counted at a mock.
type effort struct{ apps, posts, changes float64 }

var efforts = map[string]effort{
	"metadata": {.4, 3.5, 0}, "authorize": {1.3, 5, .1}, "callback": {1.2, 7, .1}, "journey": {1.2, 7, .1},
	"token": {1.1, 10, .1}, "pkce": {1.1, 7, 0}, "refresh": {1.3, 9, .1}, "revoke": {1.1, 8, 0},
	"introspect": {1.2, 9, 0}, "openid": {1.3, 7, 0}, "api": {1.1, 8, .1}, "registration": {2, 15, 6},
	"race": {2, 43, 3}, "robust": {1, 7, .5},
}

// attacks send far more than the rest of their suite.
var attacks = map[string]effort{
	"robust/hostile-oauth": {1, 460, 0}, "robust/hostile-registration": {37, 404, 209}, "robust/registration-survives": {37, 404, 209},
}

// effortOf is about what a check sends to t. Without anybody to sign in, hardly any
// gets further than its metadata.
func effortOf(t *target.Target, req requirement.Requirement) effort {
	e, ok := attacks[req.ID]
	if !ok {
		e = efforts[req.Suite]
	}
	switch {
	case t.Kind == target.KindURL && t.Access == nil && req.Suite == "metadata":
		return effort{posts: 1}
	case t.Kind == target.KindURL && t.Access == nil:
		return effort{}
	case len(t.Apps) > 0 && e.apps > 10: // it attacks the registration, which is spared
		return effort{}
	case len(t.Apps) > 0: // none is registered; of each a consent is withdrawn
		return effort{posts: e.posts - e.apps, changes: e.apps}
	case t.Kind == target.KindURL:
		e.changes += e.apps // each is deleted
	}
	return e
}

// atOnce is how long a check takes where nobody makes it wait.
const atOnce = 300 * time.Millisecond

// NewPlan plans a run of o at t, and sends nothing. Errors are those of usage.
func NewPlan(t *target.Target, o Options) (Plan, error) {
	chosen, err := requirement.Select(o.Suites, o.IDs)
	if err != nil {
		return Plan{}, err
	}
	r := &run{options: o, target: t}
	plan := Plan{Skipped: map[string]string{}}
	var sum effort
	for _, req := range chosen {
		if reason := r.leftOut(req); reason != "" {
			plan.Skipped[req.ID] = reason
			continue
		}
		plan.Checks = append(plan.Checks, req)
		e := effortOf(t, req)
		sum = effort{sum.apps + e.apps, sum.posts + e.posts, sum.changes + e.changes}
	}
	plan.Apps, plan.Posts, plan.Changes = int(sum.apps+.5), int(sum.posts+.5), int(sum.changes+.5)
	plan.Duration = time.Duration(len(plan.Checks)) * atOnce / time.Duration(r.jobs())
	if p := t.Pacing; p != nil {
		waiting := max(0, plan.Posts-p.Burst)
		plan.Duration += time.Duration(waiting) * time.Minute / time.Duration(p.PostsPerMinute)
	}
	return plan, nil
}
