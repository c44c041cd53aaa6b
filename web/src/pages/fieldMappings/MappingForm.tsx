import { Button, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { clientOf } from '@/api/transport';
import { DialogButtons } from '@/components/Dialog';
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
  const queries = useQueryClient();
  const [form, setForm] = useState({
    kind: mapping?.kind ?? RecordKind.ACCOUNT,
    targetField: mapping?.targetField ?? '',
    sourceField: mapping?.sourceField ?? '',
  });
  const saving = useMutation({
    mutationFn: () => {
      const client = clientOf(QualificationService);
      const sourceField = form.sourceField.trim();
      const requestId = crypto.randomUUID();
      return mapping
        ? client.updateFieldMapping({ name: mapping.name, sourceField, requestId })
        : client.createFieldMapping({ mapping: { ...form, sourceField }, requestId });
    },
    onSuccess: async () => {
      await queries.invalidateQueries();
      onDone();
    },
  });
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <form onSubmit={save}>
      <Stack gap="sm">
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
        <DialogButtons error={saving.error} onCancel={onDone}>
          <Button type="submit" loading={saving.isPending}>
            {t('shell:form.save')}
          </Button>
        </DialogButtons>
      </Stack>
    </form>
  );
}
