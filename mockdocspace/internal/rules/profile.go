package rules

import (
	"fmt"
	"net/http"
	"time"
)

// Profile names a complete behaviour.
type Profile string

const (
	ProfileDocSpace Profile = "docspace" // the real portal, quirks included
	ProfileStrict   Profile = "strict"   // RFC 9700 and OpenID Connect Core to the letter
)

// Profiles lists the profiles, the default first.
func Profiles() []Profile { return []Profile{ProfileDocSpace, ProfileStrict} }

// Of returns the rules of a profile.
func Of(p Profile) (Rules, error) {
	switch p {
	case ProfileDocSpace:
		return DocSpace(), nil
	case ProfileStrict:
		return Strict(), nil
	default:
		return Rules{}, fmt.Errorf("profile %q is unknown: use %q or %q", p, ProfileDocSpace, ProfileStrict)
	}
}

// DocSpace is the real portal, version 3.7.2.
func DocSpace() Rules {
	r := common()
	r.Authorize.RequireUserAgent = true
	r.Authorize.StrictStateCharacters = true
	r.Consent.StoredOverridesDeny = true
	r.Token.PATAsRefreshIsError = true
	r.Token.PATRequiresUserAgent = true
	r.Refresh.AcceptAccessToken = true
	r.OpenID.NarrowedKeepsIDToken = true
	r.OpenID.UserInfoTimesAsStrings = true
	r.Metadata.AnnounceEndSession = true
	r.Registration.MassDeleteCached = true
	r.Registration.MalformedIs500 = true
	r.Registration.NullDescriptionBug = true
	r.Registration.ListsCiphertext = true
	r.Pages.BounceDropsAfterScope = true
	r.Pages.StaleScopes = true
	r.Pages.FirstScopeNotFound = true
	r.Pages.ConsentWithoutSession = true
	r.Pages.SilentStaleConsent = true
	r.Pages.AllowBeforeBounce = true
	r.Pages.LegacySignInEndsAtHome = true
	r.Pages.TermsLinkTwice = true
	r.Pages.Untitled = true
	r.Pages.ConsoleKeepsScopes = true
	r.Pages.ConsentResetsResumeLink = true
	r.Pages.FailedConsentStaysBusy = true
	r.Pages.BlankWithoutScopes = true
	r.Pages.SecondFactorHangs = true
	return r
}

// Strict is what a portal would do that follows RFC 6749, RFC 7636, RFC 7009,
// RFC 7662, RFC 9700 and OpenID Connect Core in every point the portal doesn't.
func Strict() Rules {
	r := common()
	r.Authorize.RefuseOtherDuplicates = true
	r.Authorize.EncodeState = true
	r.Authorize.AppendToQuery = true
	r.Authorize.PromptNoneToApp = true
	r.Token.AllowBasic = true
	r.Token.EmptySecretIsWrong = true
	r.Token.DuplicateCodeIsError = true
	r.Token.UnsupportedGrantCode = true
	r.Token.ErrorBodyAlways = true
	r.PKCE.CheckVerifierFormat = true
	r.Refresh.ReuseKillsFamily = true
	r.Revoke.CodeRevocable = true
	r.Introspect.RequireClient = true
	r.OpenID.AudienceIsClient = true
	r.OpenID.UserInfoChallenge = true
	r.Metadata.TruthfulIDTokenAlg = true
	r.Metadata.TruthfulAuthMethods = true
	r.JWT.IssuerIsMetadata = true
	r.API.SchemeAnyCase = true
	r.API.Challenge = true
	return r
}

// common holds what the profiles agree on.
func common() Rules {
	var r Rules
	r.Build = BuildServer
	r.Authorize.ResumeCookieWhole = true
	r.Authorize.RefuseKnownDuplicates = true
	r.Authorize.CodeLifetime = time.Minute
	r.Authorize.CodeBytes = 96
	r.Authorize.Status = http.StatusFound
	r.Token.AccessLifetime = time.Hour
	r.Token.RefreshLifetime = 60 * 24 * time.Hour
	r.Token.IDTokenLifetime = 30 * time.Minute
	r.Token.ReuseKillsTokens = true
	r.Token.RefuseDuplicates = true
	r.Token.SupersedesGrant = true
	r.Token.RefreshBytes = 96
	r.Refresh.Rotate = true
	return r
}
