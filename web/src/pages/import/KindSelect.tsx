import { NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';

/** Leads or opportunities. */
export function KindSelect({
  value,
  onChange,
}: {
  readonly value: RecordKind;
  readonly onChange: (kind: RecordKind) => void;
}) {
  const { t } = useTranslation('import');
  return (
    <NativeSelect
      label={t('kind.label')}
      value={String(value)}
      onChange={({ currentTarget }) => onChange(Number(currentTarget.value))}
      data={[
        { value: String(RecordKind.LEAD), label: t('kind.lead') },
        { value: String(RecordKind.OPPORTUNITY), label: t('kind.opportunity') },
      ]}
    />
  );
}
