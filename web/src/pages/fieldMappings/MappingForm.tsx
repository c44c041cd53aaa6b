import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clientOf } from '@/api/transport';
import { EditForm } from '@/components/Editing';
import { kindName } from '@/components/records';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import { QualificationService } from '@/gen/leadlight/qualification/v1/qualification_service_pb';
import type { FieldMapping } from '@/gen/leadlight/qualification/v1/settings_pb';

/** What a lead becomes. */
export const KINDS = [RecordKind.ACCOUNT, RecordKind.CONTACT, RecordKind.OPPORTUNITY] as const;
const LONGEST = 100;

interface Props {
  /** The one to give another source; undefined for a new one. */
  readonly mapping: FieldMapping | undefined;
  readonly onDone: () => void;
}

/** Adds a mapping, or gives one another source: its target never changes. */
export function MappingForm({ mapping, onDone }: Props) {
  const { t } = useTranslation('fieldMappings');
  const [form, setForm] = useState({
    kind: mapping?.kind ?? RecordKind.ACCOUNT,
    targetField: mapping?.targetField ?? '',
    sourceField: mapping?.sourceField ?? '',
  });
  const save = () => {
    const client = clientOf(QualificationService);
    const sourceField = form.sourceField.trim();
    const requestId = crypto.randomUUID();
    return mapping
      ? client.updateFieldMapping({ name: mapping.name, sourceField, requestId })
      : client.createFieldMapping({ mapping: { ...form, sourceField }, requestId });
  };
  return (
    <EditForm onSave={save} onDone={onDone}>
      <NativeSelect
        label={t('column.kind')}
        value={String(form.kind)}
        onChange={({ currentTarget }) => setForm({ ...form, kind: Number(currentTarget.value) })}
        data={KINDS.map((kind) => ({ value: String(kind), label: t(`shell:kind.${kindName(kind)}`) }))}
        disabled={mapping !== undefined}
      />
      <TextInput
        label={t('column.target')}
        description={t('form.targetHint')}
        value={form.targetField}
        onChange={({ currentTarget }) => setForm({ ...form, targetField: currentTarget.value })}
        pattern="[A-Za-z0-9_]+"
        maxLength={LONGEST}
        required
        disabled={mapping !== undefined}
      />
      <TextInput
        label={t('column.source')}
        description={t('form.sourceHint')}
        value={form.sourceField}
        onChange={({ currentTarget }) => setForm({ ...form, sourceField: currentTarget.value })}
        maxLength={LONGEST}
        required
        data-autofocus
      />
    </EditForm>
  );
}
