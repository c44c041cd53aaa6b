import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '@/gen/google/rpc/error_details_pb';
import type { Status } from '@/gen/google/rpc/status_pb';

/** A failed call in the parts that a person can use. */
export interface Problem {
  readonly code: Code;
  /** The suite's reason, such as PEER_UNAVAILABLE; empty where none was sent. */
  readonly reason: string;
  /** Which service said it, such as "leadlight.scoring". */
  readonly domain: string;
  /** The service's own words: English, and safe to show. */
  readonly message: string;
  /** Fields at fault with what is wrong, for forms. */
  readonly fields: readonly { readonly field: string; readonly description: string }[];
  readonly retryAfterSeconds: number | null;
}

export function problemOf(error: unknown): Problem {
  const failed = ConnectError.from(error);
  const [info] = failed.findDetails(ErrorInfoSchema);
  const [bad] = failed.findDetails(BadRequestSchema);
  const [retry] = failed.findDetails(RetryInfoSchema);
  // What fetch says of a gateway that is not there comes as UNKNOWN with a TypeError's words.
  const code = failed.cause instanceof TypeError ? Code.Unavailable : failed.code;
  return {
    code,
    reason: info?.reason ?? '',
    domain: info?.domain ?? '',
    message: failed.rawMessage,
    fields: bad?.fieldViolations ?? [],
    retryAfterSeconds: retry?.retryDelay ? Number(retry.retryDelay.seconds) : null,
  };
}

/** The same of a google.rpc.Status inside an answer, such as a part that is unavailable. */
export function problemOfStatus(status: Status | undefined): Problem {
  const packed = status?.details.find((detail) => anyIs(detail, ErrorInfoSchema));
  const info = packed && anyUnpack(packed, ErrorInfoSchema);
  return {
    code: status?.code ?? Code.Unknown,
    reason: info?.reason ?? '',
    domain: info?.domain ?? '',
    message: status?.message ?? '',
    fields: [],
    retryAfterSeconds: null,
  };
}

/** The key of the shell's message that says in plain words what went wrong. */
export const messageKeyOf = (code: Code): string => `error.${Code[code]}`;
