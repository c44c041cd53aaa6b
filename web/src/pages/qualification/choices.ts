import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  QualificationChoicesSchema,
  RecordChoiceSchema,
} from '@/gen/leadlight/qualification/v1/plan_pb';

type Choice = MessageInitShape<typeof RecordChoiceSchema>;

/** What the seller chose about one record: nothing (the service decides), leave it out, or use one that exists. */
export interface Chosen {
  readonly skip?: boolean;
  readonly existing?: string;
}

/** What was chosen about each kind of record; the one opportunity that this pane makes. */
export interface AllChosen {
  readonly account: Chosen;
  readonly contact: Chosen;
  readonly opportunity: Chosen;
}

export const NOTHING_CHOSEN: AllChosen = { account: {}, contact: {}, opportunity: {} };

/** The choices as a request has them: what was not chosen is left to the service. */
export function choicesOf(chosen: AllChosen): MessageInitShape<typeof QualificationChoicesSchema> {
  const [account, contact, opportunity] = [chosen.account, chosen.contact, chosen.opportunity].map(choiceOf);
  return {
    ...(account && { account }),
    ...(contact && { contact }),
    opportunities: opportunity ? [opportunity] : [],
  };
}

function choiceOf({ skip, existing }: Chosen): Choice | undefined {
  if (skip) return { choice: { case: 'skip', value: true } };
  if (existing !== undefined) return { choice: { case: 'existing', value: existing } };
  return undefined;
}
