import { NativeSelect, Radio, ScrollArea, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/api/session';
import { Section } from '@/components/Page';
import type { Sheet } from './file';
import { faultOf, guess, PURPOSES, TARGETS, type Mapping, type Purpose } from './mapping';
import { ForContacts } from './ForContacts';
import { ForScoring } from './ForScoring';
import { ForTraining } from './ForTraining';

const PREVIEWED = 5;

/** What the file is for, which column holds what, a look at the first rows, and then the work itself. */
export function Mapped({ sheet }: { readonly sheet: Sheet }) {
  const { t } = useTranslation('import');
  const mayTrain = useMay('manager', 'admin');
  const [purpose, setPurpose] = useState<Purpose>(
    mayTrain && guess(sheet.columns, 'train').outcome ? 'train' : 'score',
  );
  const [mapping, setMapping] = useState<Mapping>(() => guess(sheet.columns, purpose));
  const fault = faultOf(sheet, purpose, mapping);
  const work = { sheet, mapping, disabled: fault !== null };
  return (
    <>
      <Section title={t('map.title')}>
        <Radio.Group
          label={t('map.purpose')}
          value={purpose}
          onChange={(value) => {
            setPurpose(value);
            setMapping(guess(sheet.columns, value));
          }}
        >
          <Stack gap={6} mt={6}>
            {PURPOSES.filter((each) => each !== 'train' || mayTrain).map((each) => (
              <Radio key={each} value={each} label={t(`purpose.${each}`)} />
            ))}
          </Stack>
        </Radio.Group>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          {TARGETS[purpose].map((target) => (
            <NativeSelect
              key={target}
              label={t(`target.${target}`)}
              value={mapping[target] ?? ''}
              onChange={({ currentTarget }) => setMapping({ ...mapping, [target]: currentTarget.value })}
              data={[{ value: '', label: t('map.none') }, ...sheet.columns]}
            />
          ))}
        </SimpleGrid>
        <Text size="sm" c="dimmed">
          {t(purpose === 'contacts' ? 'map.restLeftOut' : 'map.restAttributes')}
        </Text>
        <Preview sheet={sheet} />
        {fault !== null && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {t(`fault.${fault}`)}
          </Text>
        )}
      </Section>
      {purpose === 'train' && <ForTraining {...work} />}
      {purpose === 'score' && <ForScoring {...work} />}
      {purpose === 'contacts' && <ForContacts {...work} />}
    </>
  );
}

function Preview({ sheet }: { readonly sheet: Sheet }) {
  const { t } = useTranslation('import');
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': t('map.preview') }}>
      <Table aria-label={t('map.preview')} verticalSpacing={2} fz="xs">
        <Table.Thead>
          <Table.Tr>
            {sheet.columns.map((name) => (
              <Table.Th key={name} scope="col">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sheet.rows.slice(0, PREVIEWED).map((row, place) => (
            <Table.Tr key={place}>
              {sheet.columns.map((name, column) => (
                <Table.Td key={name}>{row[column]}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}
