package suites_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"docspace-oauth/suites"
	"docspace-oauth/suites/target"
)

// A program that judges a portal: Run starts workers, which are this program with the
// argument worker and do nothing but Work.
func ExampleRun() {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		os.Exit(suites.Work(os.Stdin, os.Stdout))
	}
	ctx := context.Background()
	portal, err := target.Open(ctx, "mock", nil, "", "")
	if err != nil {
		log.Fatal(err)
	}
	defer portal.Close()
	outcome, err := suites.Run(ctx, portal, suites.Options{IDs: []string{"rfc7636/4.6/verifier-compared", "code-single-use"}})
	if err != nil {
		log.Fatal(err)
	}
	for _, result := range outcome.Results {
		fmt.Println(result.Verdict, result.ID)
	}
	fmt.Println("exit code", outcome.ExitCode)
	// Output:
	// pass rfc6749/4.1.2/code-single-use
	// pass rfc7636/4.6/verifier-compared
	// exit code 0
}
