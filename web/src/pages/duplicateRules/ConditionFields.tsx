import { ActionIcon, Fieldset, Group, NativeSelect, NumberInput, Switch, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Operator } from '@/gen/leadlight/dedupe/v1/rule_pb';
import { COMPARED_FIELDS, hasCase, hasLength, hasThreshold, OPERATORS, type Draft } from './conditions';

const LONGEST = 450;
const LONGEST_FIELD = 100;
const LEAST_THRESHOLD = 0.01;

interface Props {
  readonly number: number;
  readonly condition: Draft;
  readonly onChange: (condition: Draft) => void;
  /** Undefined for the only one, which stays. */
  readonly onRemove: (() => void) | undefined;
}

/** One of the conditions that all hold for both records. */
export function ConditionFields({ number, condition, onChange, onRemove }: Props) {
  const { t } = useTranslation('duplicateRules');
  const known = useId();
  const { operator } = condition;
  return (
    <Fieldset legend={t('form.condition', { number })}>
      <Group gap="sm" align="flex-end">
        <TextInput
          label={t('form.field')}
          value={condition.field}
          onChange={({ currentTarget }) => onChange({ ...condition, field: currentTarget.value })}
          maxLength={LONGEST_FIELD}
          required
          list={known}
        />
        <datalist id={known}>
          {COMPARED_FIELDS.map((field) => (
            <option key={field} value={field} />
          ))}
        </datalist>
        <NativeSelect
          label={t('form.operator')}
          value={String(operator)}
          onChange={({ currentTarget }) => onChange({ ...condition, operator: Number(currentTarget.value) })}
          data={OPERATORS.map((each) => ({
            value: String(each),
            label: t(`operator.${Operator[each]}`),
          }))}
        />
        {hasLength(operator) && (
          <NumberInput
            label={t('form.length')}
            value={condition.length}
            onChange={(length) => onChange({ ...condition, length: Number(length) })}
            min={1}
            max={LONGEST}
            allowDecimal={false}
            w={120}
          />
        )}
        {hasThreshold(operator) && (
          <NumberInput
            label={t('form.threshold')}
            value={condition.threshold}
            onChange={(threshold) => onChange({ ...condition, threshold: Number(threshold) })}
            min={LEAST_THRESHOLD}
            max={1}
            step={0.01}
            decimalScale={2}
            w={120}
          />
        )}
        <TextInput
          label={t('form.matchField')}
          placeholder={condition.field}
          value={condition.matchField}
          onChange={({ currentTarget }) => onChange({ ...condition, matchField: currentTarget.value })}
          maxLength={LONGEST_FIELD}
          list={known}
        />
        {onRemove && (
          <ActionIcon
            variant="subtle"
            color="red"
            size="lg"
            aria-label={t('form.removeCondition', { number })}
            onClick={onRemove}
          >
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        )}
      </Group>
      <Group gap="lg" mt="sm">
        {hasCase(operator) && (
          <Switch
            label={t('form.caseSensitive')}
            checked={condition.caseSensitive}
            onChange={({ currentTarget }) => onChange({ ...condition, caseSensitive: currentTarget.checked })}
          />
        )}
        {onRemove && (
          <Switch
            label={t('form.ignoreBlanks')}
            checked={condition.ignoreBlanks}
            onChange={({ currentTarget }) => onChange({ ...condition, ignoreBlanks: currentTarget.checked })}
          />
        )}
      </Group>
    </Fieldset>
  );
}
