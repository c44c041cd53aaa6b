import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Section } from '@/components/Page';
import type { Record } from '@/gen/leadlight/scoring/v1/record_pb';
import { textOf, valuesOf } from './WhatIf';

/** What the CRM says of the record. */
export function Attributes({ record }: { readonly record: Record }) {
  const { t } = useTranslation('record');
  const values = Object.entries(valuesOf(record)).sort(([a], [b]) => a.localeCompare(b));
  return (
    <Section title={t('attributes.title')}>
      {values.length === 0 ? (
        <Text size="sm">{t('attributes.none')}</Text>
      ) : (
        <Table aria-label={t('attributes.title')}>
          <Table.Tbody>
            {values.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" fw={500}>
                  {name}
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{textOf(value) || '–'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
