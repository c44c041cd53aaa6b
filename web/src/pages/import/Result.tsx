import { Alert, Anchor, Button, Progress, Stack, Text } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import Papa from 'papaparse';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFormat } from '@/components/format';
import { PagedTable, type Column } from '@/components/PagedTable';
import { recordPath } from '@/components/records';
import { ErrorState } from '@/components/States';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import type { FoundDuplicate, Refused, Stored } from './store';

const SHOWN = 100;

interface Props {
  readonly work: {
    readonly isPending: boolean;
    readonly error: Error | null;
    readonly data: Stored | undefined;
  };
  /** Done so far, 0 to 1. */
  readonly share: number;
  /** What to do next, once it is stored. */
  readonly children?: ReactNode;
}

/** How far it is; then how many rows were stored, which were not, and which seem to be there already. */
export function Result({ work, share, children }: Props) {
  const { t } = useTranslation('import');
  const format = useFormat();
  const { data } = work;
  return (
    <Stack gap="sm">
      {work.isPending && (
        <Stack gap={4} role="status">
          <Text size="sm">{t('store.running', { share: format.percent(share) })}</Text>
          <Progress value={share * 100} aria-label={t('store.progress')} />
        </Stack>
      )}
      {work.error && (
        <>
          <Text size="sm">{t('store.broken')}</Text>
          <ErrorState error={work.error} />
        </>
      )}
      {data && (
        <Alert color="green" variant="light" icon={<IconCheck aria-hidden />} role="status">
          {t('store.done', { count: data.count, number: format.number(data.count) })} {children}
        </Alert>
      )}
      {data && data.refused.length > 0 && <RefusedRows refused={data.refused} />}
      {data && data.duplicates.length > 0 && <Duplicates duplicates={data.duplicates} />}
    </Stack>
  );
}

function RefusedRows({ refused }: { readonly refused: readonly Refused[] }) {
  const { t } = useTranslation('import');
  const columns: Column<Refused>[] = [
    { key: 'row', title: t('refused.row'), cell: ({ row }) => row },
    { key: 'id', title: t('target.id'), cell: ({ id }) => id },
    { key: 'why', title: t('refused.why'), cell: ({ message }) => message },
  ];
  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm" role="alert">
        {t('refused.title', { count: refused.length })}
      </Text>
      <Button size="xs" variant="default" onClick={() => download(refused)}>
        {t('refused.download')}
      </Button>
      <PagedTable
        caption={t('refused.caption')}
        columns={columns}
        rows={refused.slice(0, SHOWN)}
        rowKey={({ row }) => String(row)}
      />
    </Stack>
  );
}

function Duplicates({ duplicates }: { readonly duplicates: readonly FoundDuplicate[] }) {
  const { t } = useTranslation('import');
  const format = useFormat();
  const link = (id: string) => (
    <Anchor component={Link} to={recordPath({ kind: RecordKind.CONTACT, id })}>
      {id}
    </Anchor>
  );
  const columns: Column<FoundDuplicate>[] = [
    { key: 'id', title: t('target.id'), cell: ({ id }) => link(id) },
    { key: 'other', title: t('duplicates.other'), cell: ({ other }) => link(other) },
    {
      key: 'probability',
      title: t('duplicates.probability'),
      align: 'right',
      cell: ({ probability }) => format.percent(probability),
    },
  ];
  return (
    <Stack gap="xs">
      <Text size="sm">{t('duplicates.title', { count: duplicates.length })}</Text>
      <PagedTable
        caption={t('duplicates.caption')}
        columns={columns}
        rows={duplicates.slice(0, SHOWN)}
        rowKey={({ row }) => String(row)}
      />
    </Stack>
  );
}

function download(refused: readonly Refused[]) {
  const address = URL.createObjectURL(new Blob([Papa.unparse([...refused])], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = 'refused.csv';
  link.click();
  URL.revokeObjectURL(address);
}
