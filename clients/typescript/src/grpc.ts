// Over gRPC with @grpc/grpc-js: scores a lead and shows why, then shows what a refused call says.
import { readFileSync } from "node:fs";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { BadRequest, ErrorInfo } from "../gen/grpc/google/rpc/error_details.js";
import { Status } from "../gen/grpc/google/rpc/status.js";
import { RecordKind } from "../gen/grpc/leadlight/common/v1/record.js";
import { gradeToJSON } from "../gen/grpc/leadlight/scoring/v1/grade.js";
import type { Score } from "../gen/grpc/leadlight/scoring/v1/score.js";
import { ScoreRequest, ScoringServiceClient } from "../gen/grpc/leadlight/scoring/v1/scoring_service.js";
import { LEAD, printReason, printScore, printViolation, setting } from "./print.js";

const SERVICE_CONFIG = "../../protos/leadlight/scoring/v1/scoring_grpc_service_config.json";
const CALL_TIMEOUT_MS = 10_000;

// A channel that repeats calls as the service's own file says. It connects at the first call.
// Loopback; elsewhere credentials.createSsl().
const scoring = new ScoringServiceClient(setting("LEADLIGHT_ADDRESS"), credentials.createInsecure(), {
  "grpc.service_config": readFileSync(SERVICE_CONFIG, "utf8"),
});

const metadata = new Metadata();
metadata.set("authorization", `Bearer ${setting("LEADLIGHT_TOKEN")}`);

function score(request: Partial<ScoreRequest>): Promise<Score> {
  return new Promise((resolve, reject) => {
    scoring.score(
      ScoreRequest.fromPartial(request),
      metadata,
      { deadline: Date.now() + CALL_TIMEOUT_MS },
      (error, answer) => (error ? reject(error) : resolve(answer)),
    );
  });
}

/** Shows a failed call's reason and the fields it is about. */
function printRefusal(error: ServiceError): void {
  const [packed] = error.metadata.get("grpc-status-details-bin");
  for (const { typeUrl, value } of Status.decode(packed as Buffer).details) {
    if (typeUrl.endsWith("/google.rpc.ErrorInfo")) {
      printReason(ErrorInfo.decode(value));
    } else if (typeUrl.endsWith("/google.rpc.BadRequest")) {
      BadRequest.decode(value).fieldViolations.forEach(printViolation);
    }
  }
}

const answer = await score({ kind: RecordKind.RECORD_KIND_LEAD, attributes: LEAD });
printScore({ ...answer, grade: gradeToJSON(answer.grade).replace("GRADE_", "") });

const refusal = await score({ kind: RecordKind.RECORD_KIND_CASE }).then(
  () => {
    throw new Error("the call should have been refused");
  },
  (error: ServiceError) => error,
);
printRefusal(refusal);
(scoring as Client).close();
