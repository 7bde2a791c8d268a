/**
 * The one error of the API side: a Kubernetes `Status` of kind Failure, thrown.
 *
 * Every refusal that a user can meet (manifest, REST, allocator) is one of these, so the CLI, the registry and the
 * REST face print the same words. Source: apimachinery `pkg/api/errors/errors.go`, `metav1.Status`.
 */

/** `metav1.CauseType` values that validation and server-side apply produce. */
export type CauseReason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'FieldManagerConflict'
  | 'InternalError';

/** The causes that are about one field's value, which have words of their own. */
export type FieldReason = Exclude<CauseReason, 'FieldManagerConflict'>;

/** One field that is wrong. `field` is a path such as `spec.ports[0].nodePort`. */
export interface StatusCause {
  reason: CauseReason;
  message: string;
  field: string;
}

/** `metav1.StatusReason` values that the lab sends, with their HTTP codes. */
const statusCodes = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
} as const;

export type StatusReason = keyof typeof statusCodes;

export interface StatusDetails {
  name?: string;
  group?: string;
  /** Plural resource for 404 and 409, Kind for 422: kubectl prints it as it stands. */
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** A refusal in Kubernetes' own words. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;

  constructor(
    readonly reason: StatusReason,
    message: string,
    readonly details: StatusDetails = {},
    /** Of the Status itself: a `continue` token, where a list can be gone on with all the same. */
    readonly metadata: { continue?: string } = {},
  ) {
    super(message);
    this.code = statusCodes[reason];
  }

  /** The JSON body a real API server would send. */
  toStatus(): Record<string, unknown> {
    const { message, reason, details, code, metadata } = this;
    return { kind: 'Status', apiVersion: 'v1', metadata, status: 'Failure', message, reason, details, code };
  }
}
