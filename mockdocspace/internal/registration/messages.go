package registration

import "fmt"

// The texts that the portal puts into problem documents (§7.1, §7.3, §7.4).
const (
	detailAccessDenied   = "Access denied"
	detailValidation     = "Validation failed"
	detailWentWrong      = "Something went wrong"
	detailDatabase       = "A database error occurred"
	detailTooMany        = "Too many requests. Please try again later."
	detailTenantIsFull   = "Tenant has reached the maximum allowed number of clients"
	detailUserIsFull     = "User has reached the maximum allowed number of clients"
	detailLimitMissing   = "Required request parameter 'limit' for method parameter type int is not present"
	detailLimitConverted = "Required request parameter 'limit' for method parameter type int is present but converted to null"

	// detailMalformed is not the portal's: it answers malformed JSON with a 500,
	// which rules.Registration.MalformedIs500 switches off.
	detailMalformed = "The request cannot be read"
)

// The codes of validation errors (§7.1).
const (
	codeEmpty        = "EmptyFieldError"
	codeLength       = "ErrorName"
	codeWrongURL     = "ErrorWrongURL"
	codeInvalidScope = "ErrorInvalidScope"
	codePattern      = "ErrorPattern"
)

// The messages of validation errors (§7.3, and the recordings of empty objects).
const (
	messageNameEmpty       = "client name must not be empty"
	messageNameLength      = "client name length is expected to be between 3 and 256 characters"
	messageDescription     = "client description length is expected to be less than 256 characters"
	messageLogoEmpty       = "client logo must not be empty"
	messageLogoPattern     = "client logo is expected to be passed as base64"
	messageLogoSize        = "Logo size exceeds the maximum allowed size"
	messageURLCollection   = "url collection has invalid entries"
	messageScopesEmpty     = "scopes field can not be empty"
	messageInvalidScopes   = "Invalid scopes: "
	messageLimitAtLeast    = "limit must be at least 1"
	messageLimitAtMost     = "limit must be at most 50"
	formatMustNotBeEmpty   = "%s must not be empty"
	formatMustNotBeNull    = "%s must not be null"
	formatAddresses        = "%s must contain at least 1 and at most 12 addresses"
	formatExpectedURL      = "%s is expected to be passed as url"
	formatExpectedValidURL = "%s: %s is expected to be passed as a valid url"
)

// unreadableID is the detail for ids that are no UUID (§7.4).
func unreadableID(id string) string {
	return fmt.Sprintf("Client with id %s was not found. Invalid client id format", id)
}

// notFoundPublic is the detail of the public route (§7.4).
func notFoundPublic(id string) string { return fmt.Sprintf("Client with id %s was not found", id) }

// notFoundReading names the user by id, notFoundWriting by e-mail, and the letter
// case of "ID" differs: both are the portal's (§7.4).
func notFoundReading(id string, who caller) string {
	detail := fmt.Sprintf("Client with ID %s for tenant %d", id, who.TenantID)
	if who.role != roleAdmin {
		detail += " and user " + who.UserID
	}
	return detail + " was not found"
}

func notFoundWriting(id string, who caller) string {
	detail := fmt.Sprintf("Client with id %s for tenant %d", id, who.TenantID)
	if who.role != roleAdmin {
		detail += " and user " + who.UserEmail
	}
	return detail + " was not found"
}
