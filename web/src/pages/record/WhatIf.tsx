import type { JsonObject } from '@bufbuild/protobuf';
import { useQuery } from '@connectrpc/connect-query';
import { Group, NativeSelect, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { ScoreBadge } from '@/components/ScoreBadge';
import { Loaded } from '@/components/States';
import { ScoringService } from '@/gen/leadlight/scoring/v1/scoring_service_pb';
import type { Record } from '@/gen/leadlight/scoring/v1/record_pb';

/** What the score would be if one attribute were another: nothing is stored. */
export function WhatIf({ record }: { readonly record: Record }) {
  const { t } = useTranslation('record');
  const values = valuesOf(record);
  const names = [
    ...new Set([...(record.score?.reasons.map(({ attribute }) => attribute) ?? []), ...Object.keys(values)]),
  ];
  const [attribute, setAttribute] = useState(names[0] ?? '');
  const [typed, setTyped] = useState('');
  const [value] = useDebouncedValue(typed.trim(), 300);
  const current = values[attribute];
  const isAsked = value !== '' && value !== textOf(current);
  return (
    <Section title={t('whatIf.title')}>
      <Text size="sm" c="dimmed">
        {t('whatIf.why')}
      </Text>
      <Group align="flex-end">
        <NativeSelect
          label={t('whatIf.attribute')}
          value={attribute}
          onChange={({ currentTarget }) => {
            setAttribute(currentTarget.value);
            setTyped('');
          }}
          data={names}
        />
        <TextInput
          label={t('whatIf.value')}
          placeholder={textOf(current)}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      </Group>
      {isAsked && <Answer record={record} changes={{ [attribute]: likeCurrent(value, current) }} />}
    </Section>
  );
}

function Answer({ record, changes }: { readonly record: Record; readonly changes: JsonObject }) {
  const { t, i18n } = useTranslation('record');
  const format = useFormat();
  const query = useQuery(
    ScoringService.method.explain,
    { subject: record.ref && { case: 'ref', value: record.ref }, changes, language: i18n.language },
    { placeholderData: (previous) => previous },
  );
  return (
    <Loaded query={query}>
      {({ before, after, sentence, changes: moved }) => (
        <div role="status" aria-live="polite">
          <Group gap="sm">
            {before && <ScoreBadge grade={before.grade} score={before.score} />}
            <span aria-hidden>→</span>
            {after && <ScoreBadge grade={after.grade} score={after.score} />}
          </Group>
          <Text size="sm" mt="xs">
            {sentence}
          </Text>
          {moved.length > 0 && (
            <Table mt="xs" aria-label={t('whatIf.moved')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t('whatIf.attribute')}</Table.Th>
                  <Table.Th scope="col" ta="right">
                    {t('whatIf.before')}
                  </Table.Th>
                  <Table.Th scope="col" ta="right">
                    {t('whatIf.after')}
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {moved.slice(0, 5).map((change) => (
                  <Table.Tr key={change.attribute}>
                    <Table.Td>{change.attribute}</Table.Td>
                    <Table.Td ta="right">{format.points(change.beforePoints)}</Table.Td>
                    <Table.Td ta="right">{format.points(change.afterPoints)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
        </div>
      )}
    </Loaded>
  );
}

/** A record's attributes under the names that models know them by. */
export function valuesOf({ attributes, account, contact }: Record): JsonObject {
  const prefixed = (prefix: string, values: JsonObject | undefined) =>
    Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [`${prefix}.${name}`, value]));
  return { ...attributes, ...prefixed('account', account), ...prefixed('contact', contact) };
}

export const textOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** What was typed, in the kind of value that the attribute has now. */
function likeCurrent(typed: string, current: unknown): string | number | boolean {
  if (typeof current === 'boolean' || (current === undefined && /^(true|false)$/.test(typed)))
    return typed === 'true';
  const isNumeric = typed !== '' && Number.isFinite(Number(typed));
  return isNumeric && typeof current !== 'string' ? Number(typed) : typed;
}
