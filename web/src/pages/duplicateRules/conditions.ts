import { create } from '@bufbuild/protobuf';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import { ConditionSchema, Operator, type Condition } from '@/gen/leadlight/dedupe/v1/rule_pb';

export const OPERATORS = [
  Operator.EXACT,
  Operator.SAME_FORM,
  Operator.SIMILAR,
  Operator.SAME_FIRST,
  Operator.SAME_LAST,
  Operator.SAME_DATE,
] as const;

/** Fields that dedupe brings to a normal form; a rule may look at any other. */
export const COMPARED_FIELDS = [
  'name',
  'first_name',
  'last_name',
  'email',
  'email_domain',
  'phone',
  'company',
  'address',
  'city',
  'postal_code',
  'birth_date',
  'national_id',
] as const;

const DEFAULT_THRESHOLD = 0.9;

/** A condition in its form: everything that one may have, also what its operator does not ask for. */
export interface Draft {
  readonly field: string;
  readonly matchField: string;
  readonly operator: Operator;
  readonly length: number;
  readonly threshold: number;
  readonly caseSensitive: boolean;
  readonly ignoreBlanks: boolean;
}

export const NEW_DRAFT: Draft = {
  field: '',
  matchField: '',
  operator: Operator.EXACT,
  length: 3,
  threshold: DEFAULT_THRESHOLD,
  caseSensitive: false,
  ignoreBlanks: true,
};

export const hasLength = (operator: Operator): boolean =>
  operator === Operator.SAME_FIRST || operator === Operator.SAME_LAST;
export const hasThreshold = (operator: Operator): boolean => operator === Operator.SIMILAR;
/** Normal forms know no case, and neither do days. */
export const hasCase = (operator: Operator): boolean => operator === Operator.EXACT || hasLength(operator);

export const draftOf = ({ threshold, length, ...condition }: Condition): Draft => ({
  ...condition,
  threshold: threshold ?? DEFAULT_THRESHOLD,
  length: length || NEW_DRAFT.length,
});

/** The condition with what its operator asks for, and nothing that it refuses. */
export const conditionOf = (draft: Draft): Condition =>
  create(ConditionSchema, {
    field: draft.field.trim(),
    matchField: draft.matchField.trim(),
    operator: draft.operator,
    length: hasLength(draft.operator) ? draft.length : 0,
    ...(hasThreshold(draft.operator) && { threshold: draft.threshold }),
    caseSensitive: hasCase(draft.operator) && draft.caseSensitive,
    ignoreBlanks: draft.ignoreBlanks,
  });

/** Says a condition in a few words. */
export function useConditionText(): (condition: Condition) => string {
  const { t } = useTranslation('duplicateRules');
  const format = useFormat();
  return (condition) => {
    const { field, matchField, operator, length, threshold, caseSensitive } = draftOf(condition);
    const text = t(`condition.${Operator[operator]}`, {
      field: matchField && matchField !== field ? `${field} → ${matchField}` : field,
      count: length,
      threshold: format.percent(threshold),
    });
    return caseSensitive ? `${text} (${t('form.caseSensitive')})` : text;
  };
}
