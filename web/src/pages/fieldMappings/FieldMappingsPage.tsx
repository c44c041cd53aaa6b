import { useQuery } from '@connectrpc/connect-query';
import { Badge, Code, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clientOf } from '@/api/transport';
import { EditDialogs, NewButton, RowActions, useEditing } from '@/components/Editing';
import { Page } from '@/components/Page';
import { PagedTable, useTokenPages, type Column } from '@/components/PagedTable';
import { kindName } from '@/components/records';
import { Loaded } from '@/components/States';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import { QualificationService } from '@/gen/leadlight/qualification/v1/qualification_service_pb';
import type { FieldMapping } from '@/gen/leadlight/qualification/v1/settings_pb';
import { KINDS, MappingForm } from './MappingForm';

/** Which field of a qualified lead becomes which field of the records that are made of it. */
export default function FieldMappingsPage() {
  const { t } = useTranslation('fieldMappings');
  const editing = useEditing<FieldMapping>();
  const [kind, setKind] = useState(RecordKind.UNSPECIFIED);
  const pages = useTokenPages(String(kind));
  const query = useQuery(
    QualificationService.method.listFieldMappings,
    { kind, pageToken: pages.pageToken },
    { placeholderData: (previous) => previous },
  );
  const columns: Column<FieldMapping>[] = [
    {
      key: 'kind',
      title: t('column.kind'),
      wideOnly: true,
      cell: (mapping) => t(`shell:kind.${kindName(mapping.kind)}`),
    },
    { key: 'target', title: t('column.target'), cell: ({ targetField }) => <Code>{targetField}</Code> },
    { key: 'source', title: t('column.source'), cell: ({ sourceField }) => <Code>{sourceField}</Code> },
    {
      key: 'origin',
      title: t('column.origin'),
      wideOnly: true,
      cell: (mapping) => (
        <Badge variant="light" color="gray" c="light-dark(#343a40, #ced4da)">
          {t(`origin.${originOf(mapping)}`)}
        </Badge>
      ),
    },
    {
      key: 'actions',
      title: t('shell:table.actions'),
      align: 'right',
      cell: (mapping) => (
        <RowActions
          editing={editing}
          item={mapping}
          changeLabel={mapping.fixed ? undefined : t('change', { mapping: shortName(mapping) })}
          deleteLabel={mapping.builtIn ? undefined : t('delete', { mapping: shortName(mapping) })}
        />
      ),
    },
  ];
  return (
    <Page
      title={t('title')}
      subtitle={t('subtitle')}
      aside={<NewButton editing={editing}>{t('new')}</NewButton>}
    >
      <NativeSelect
        label={t('column.kind')}
        value={String(kind)}
        onChange={({ currentTarget }) => setKind(Number(currentTarget.value))}
        data={[
          { value: String(RecordKind.UNSPECIFIED), label: t('everyKind') },
          ...KINDS.map((each) => ({ value: String(each), label: t(`shell:kind.${kindName(each)}`) })),
        ]}
        maw={320}
      />
      <Loaded query={query}>
        {({ mappings, nextPageToken }) => (
          <PagedTable
            caption={t('title')}
            columns={columns}
            rows={mappings}
            rowKey={({ name }) => name}
            pages={pages}
            nextPageToken={nextPageToken}
          />
        )}
      </Loaded>
      <EditDialogs
        editing={editing}
        titleOf={(mapping) => (mapping ? t('change', { mapping: shortName(mapping) }) : t('new'))}
        deleteTitleOf={(mapping) => t('delete', { mapping: shortName(mapping) })}
        deletion={t('deletion')}
        onDelete={({ name }) => clientOf(QualificationService).deleteFieldMapping({ name })}
      >
        {(mapping) => <MappingForm mapping={mapping} onDone={editing.close} />}
      </EditDialogs>
    </Page>
  );
}

/** "account.name": the name without its collection. */
const shortName = ({ name }: FieldMapping): string => name.replace(/^fieldMappings\//, '');

function originOf({ builtIn, fixed, overridden }: FieldMapping): 'own' | 'fixed' | 'changed' | 'builtIn' {
  if (!builtIn) return 'own';
  if (fixed) return 'fixed';
  return overridden ? 'changed' : 'builtIn';
}
