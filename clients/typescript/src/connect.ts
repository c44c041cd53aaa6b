// Over HTTP/1.1 as JSON with connect-es: scores a lead and shows why, then shows what a refused call says.
// In a browser the same code takes createConnectTransport from @connectrpc/connect-web.
import { setTimeout } from "node:timers/promises";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { BadRequestSchema, ErrorInfoSchema } from "../gen/es/google/rpc/error_details_pb.js";
import { RecordKind } from "../gen/es/leadlight/common/v1/record_pb.js";
import { Grade } from "../gen/es/leadlight/scoring/v1/grade_pb.js";
import { ScoringService } from "../gen/es/leadlight/scoring/v1/scoring_service_pb.js";
import { LEAD, printReason, printScore, printViolation, setting } from "./print.js";

const CALL_TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 4;
const INITIAL_BACKOFF_MS = 100;

const bearer: Interceptor = (next) => (request) => {
  request.header.set("authorization", `Bearer ${setting("LEADLIGHT_TOKEN")}`);
  return next(request);
};

// Connect knows no service config: this repeats what the file beside the proto lets gRPC repeat, calls that only read.
const retrying: Interceptor = (next) => async (request) => {
  const mayRepeat = request.method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await next(request);
    } catch (error) {
      if (!mayRepeat || attempt === MAX_ATTEMPTS || ConnectError.from(error).code !== Code.Unavailable) {
        throw error;
      }
      await setTimeout(INITIAL_BACKOFF_MS * 2 ** (attempt - 1), undefined, { signal: request.signal });
    }
  }
};

const scoring = createClient(
  ScoringService,
  createConnectTransport({
    baseUrl: setting("LEADLIGHT_URL"),
    httpVersion: "1.1",
    useBinaryFormat: false,
    // The deadline travels with the call, retries included.
    defaultTimeoutMs: CALL_TIMEOUT_MS,
    interceptors: [bearer, retrying],
  }),
);

/** Shows a failed call's reason and the fields it is about. */
function printRefusal(error: ConnectError): void {
  error.findDetails(ErrorInfoSchema).forEach(printReason);
  error.findDetails(BadRequestSchema).flatMap((each) => each.fieldViolations).forEach(printViolation);
}

const answer = await scoring.score({ kind: RecordKind.LEAD, attributes: LEAD });
printScore({ ...answer, grade: Grade[answer.grade] });

const refusal = await scoring.score({ kind: RecordKind.CASE }).then(
  () => {
    throw new Error("the call should have been refused");
  },
  (error: unknown) => ConnectError.from(error),
);
printRefusal(refusal);
