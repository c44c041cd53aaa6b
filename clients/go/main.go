// Scores a lead through Leadlight's gateway and shows why, then shows what a refused call says.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"

	commonv1 "leadlight/client/gen/leadlight/common/v1"
	scoringv1 "leadlight/client/gen/leadlight/scoring/v1"
)

const (
	serviceConfig = "../../protos/leadlight/scoring/v1/scoring_grpc_service_config.json"
	callTimeout   = 10 * time.Second
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	connection, err := dial(os.Getenv("LEADLIGHT_ADDRESS"))
	if err != nil {
		return err
	}
	defer connection.Close()
	scoring := scoringv1.NewScoringServiceClient(connection)

	// The deadline travels with the call: the service stops its work when it has passed, retries included.
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+os.Getenv("LEADLIGHT_TOKEN"))

	lead, err := structpb.NewStruct(map[string]any{
		"source": "Referral", "industry": "Finance", "country": "Germany", "employees": 189, "website_visits": 5,
	})
	if err != nil {
		return err
	}
	score, err := scoring.Score(ctx, &scoringv1.ScoreRequest{
		Kind: commonv1.RecordKind_RECORD_KIND_LEAD, Attributes: lead,
	})
	if err != nil {
		return err
	}
	printScore(score)

	_, err = scoring.Score(ctx, &scoringv1.ScoreRequest{Kind: commonv1.RecordKind_RECORD_KIND_CASE})
	return printRefusal(err)
}

// dial opens a channel that repeats calls as the service's own file says. It connects at the first call.
func dial(address string) (*grpc.ClientConn, error) {
	config, err := os.ReadFile(serviceConfig)
	if err != nil {
		return nil, err
	}
	return grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), // loopback; elsewhere credentials.NewTLS
		grpc.WithDefaultServiceConfig(string(config)),
	)
}

func printScore(score *scoringv1.Score) {
	grade := strings.TrimPrefix(score.Grade.String(), "GRADE_")
	fmt.Printf("score %d, grade %s, probability %.3f\n", score.Score, grade, score.Probability)
	for _, reason := range score.Reasons {
		fmt.Printf("%+6.1f  %s = %s\n", reason.Points, reason.Attribute, orBlank(reason.Value))
	}
}

func orBlank(value string) string {
	if value == "" {
		return "(blank)"
	}
	return value
}

// printRefusal shows a failed call's reason and the fields it is about; any other outcome is an error here.
func printRefusal(err error) error {
	refusal := status.Convert(err)
	if refusal.Code() != codes.InvalidArgument {
		return fmt.Errorf("the call should have been refused: %w", err)
	}
	for _, detail := range refusal.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			fmt.Printf("refused: %s by %s\n", detail.Reason, detail.Domain)
		case *errdetails.BadRequest:
			for _, violation := range detail.FieldViolations {
				fmt.Printf("  %s: %s\n", violation.Field, violation.Description)
			}
		}
	}
	return nil
}
