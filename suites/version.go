package suites

import (
	"context"
	"regexp"

	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

var versionForm = regexp.MustCompile(`^[0-9]+(\.[0-9]+){0,3}$`)

// toldVersion is what the portal says of its own version (docs/portal/backend-api.md
// §5.4), "" when it says nothing: an identity service alone has no Backend API.
func toldVersion(ctx context.Context, t *target.Target, limits Timeouts) string {
	if t.Foreign != nil || t.NotOffered["api"] != "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, limits.orDefault().Preflight)
	defer cancel()
	client, err := t.Client()
	if err != nil {
		return ""
	}
	defer client.CloseIdleConnections()
	answer, err := target.ReadDocument(ctx, client, t.URL+"/api/2.0/settings")
	var settings struct {
		Response struct {
			Version string `json:"version"`
		} `json:"response"`
	}
	if err != nil || !answer.JSON(&settings) || !versionForm.MatchString(settings.Response.Version) {
		return ""
	}
	return settings.Response.Version
}

// detect asks the portal for its version and, where nobody named one, lets the
// deviations count that are known of it, or of the version nearest to it.
func (r *run) detect(ctx context.Context) error {
	told := toldVersion(ctx, r.target, r.options.Timeouts)
	r.report.Target.Told = told
	if told == "" || r.options.Version != "" || r.target.Version != "" {
		return nil
	}
	r.report.Target.Version = requirement.NearestVersion(told)
	if r.options.Standard || r.options.Known != nil {
		return nil
	}
	var err error
	r.known, err = requirement.KnownDeviations(r.report.Target.Version)
	return err
}
