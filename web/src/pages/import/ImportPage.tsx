import { Alert, FileInput, Paper, Progress, Stack, Text } from '@mantine/core';
import { IconFileSpreadsheet } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/components/format';
import { Page, Section } from '@/components/Page';
import { readSheet, SheetError, type Sheet } from './file';
import { Mapped } from './Mapped';

/** A CSV file in: chosen or dropped, its columns mapped, then stored or trained on. */
export default function ImportPage() {
  const { t } = useTranslation('import');
  const format = useFormat();
  const [file, setFile] = useState<File | null>(null);
  const [share, setShare] = useState<number | null>(null);
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const [fault, setFault] = useState<string | null>(null);

  async function read(chosen: File | null) {
    setFile(chosen);
    setSheet(null);
    setFault(null);
    if (!chosen) return;
    setShare(0);
    try {
      setSheet(await readSheet(chosen, setShare));
    } catch (error) {
      setFault(
        error instanceof SheetError ? t(`fault.${error.key}`, { column: error.column }) : String(error),
      );
    } finally {
      setShare(null);
    }
  }

  return (
    <Page title={t('title')} subtitle={t('subtitle')}>
      <Section title={t('file.title')}>
        <Paper
          withBorder
          p="md"
          style={{ borderStyle: 'dashed' }}
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            void read(event.dataTransfer.files[0] ?? null);
          }}
        >
          <FileInput
            label={t('file.choose')}
            description={t('file.hint')}
            placeholder={t('file.none')}
            accept=".csv,.tsv,.txt,text/csv"
            leftSection={<IconFileSpreadsheet size={16} aria-hidden />}
            value={file}
            onChange={(chosen) => void read(chosen)}
            clearable
            clearButtonProps={{ 'aria-label': t('file.clear') }}
          />
        </Paper>
        {share !== null && <Progress value={share * 100} aria-label={t('file.reading')} />}
        {fault !== null && (
          <Alert color="red" variant="light" role="alert" title={t('fault.title')}>
            {fault}
          </Alert>
        )}
        {sheet && (
          <Stack gap={2} role="status">
            <Text size="sm">
              {t('file.read', {
                rows: t('file.rows', { count: sheet.rows.length, number: format.number(sheet.rows.length) }),
                columns: t('file.columns', {
                  count: sheet.columns.length,
                  number: format.number(sheet.columns.length),
                }),
              })}
            </Text>
            {sheet.problems.slice(0, 3).map(({ row, message }) => (
              <Text key={`${row} ${message}`} size="sm" c="dimmed">
                {t('file.problem', { row, message })}
              </Text>
            ))}
          </Stack>
        )}
      </Section>
      {sheet && <Mapped key={`${sheet.name} ${sheet.rows.length}`} sheet={sheet} />}
    </Page>
  );
}
