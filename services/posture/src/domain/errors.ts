import { DomainError } from '#libs/kernel';

/** No connector of this id was heard of, or it was removed. */
export class ConnectorNotFound extends DomainError {
  readonly code = 'POSTURE_CONNECTOR_NOT_FOUND';
  readonly kind = 'missing';

  constructor(
    id: string,
    override readonly path: readonly string[] = ['connectorId'],
  ) {
    super(`There is no connector ${id.slice(0, 80)}. List the connectors and take an id from there.`);
  }
}

/** No finding of this id: it never was, or its connector was removed. */
export class FindingNotFound extends DomainError {
  readonly code = 'POSTURE_FINDING_NOT_FOUND';
  readonly kind = 'missing';

  constructor(
    id: string,
    override readonly path: readonly string[] = ['ids'],
  ) {
    super(`There is no finding ${id.slice(0, 80)}. List the findings again: its connector may have been removed.`);
  }
}

/** A decision about a finding lacks something that decisions of its kind need. */
export class DecisionInvalid extends DomainError {
  readonly code = 'POSTURE_DECISION_INVALID';
  readonly kind = 'invalid';

  constructor(
    message: string,
    override readonly path: readonly string[],
  ) {
    super(message);
  }
}

/** A person asked for what only evidence can give. */
export class CompletedOnlyByEvidence extends DomainError {
  readonly code = 'POSTURE_COMPLETED_ONLY_BY_EVIDENCE';
  readonly kind = 'invalid';
  override readonly path = ['input', 'status'];
  override readonly remedy = 'Change the setting in the app; the next reading completes the finding by itself.';

  constructor() {
    super('A finding is completed by what is read from the app, never by hand.');
  }
}

/** Too few or too many findings in one call. */
export class FindingIdsInvalid extends DomainError {
  readonly code = 'POSTURE_FINDING_IDS_INVALID';
  readonly kind = 'invalid';
  override readonly path = ['ids'];

  constructor(most: number) {
    super(`Name 1 to ${most} findings in one call.`);
  }
}

/** A filter that is deeper, wider or longer than any question needs. */
export class FindingFilterTooLarge extends DomainError {
  readonly code = 'POSTURE_FILTER_TOO_LARGE';
  readonly kind = 'invalid';
  override readonly path = ['filter'];

  constructor(what: string) {
    super(`The filter has ${what}. Ask in several smaller questions.`);
  }
}

/** A stretch of time that ends before it begins, or is longer than is answered at once. */
export class HistoryRangeInvalid extends DomainError {
  readonly code = 'POSTURE_HISTORY_RANGE_INVALID';
  readonly kind = 'invalid';
  override readonly path = ['from'];

  constructor(mostYears: number) {
    super(`from must be before to, and at most ${mostYears} years before it.`);
  }
}
