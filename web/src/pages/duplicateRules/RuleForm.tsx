import { Button, Group, NativeSelect, Stack, Switch, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { clientOf } from '@/api/transport';
import { DialogButtons } from '@/components/Dialog';
import { kindName } from '@/components/records';
import { RecordKind } from '@/gen/leadlight/common/v1/record_pb';
import type { Rule } from '@/gen/leadlight/dedupe/v1/rule_pb';
import { RuleService } from '@/gen/leadlight/dedupe/v1/rule_service_pb';
import { ConditionFields } from './ConditionFields';
import { conditionOf, draftOf, NEW_DRAFT, type Draft } from './conditions';

const KINDS = [RecordKind.LEAD, RecordKind.CONTACT, RecordKind.ACCOUNT] as const;
const LONGEST_NAME = 200;
const MOST_CONDITIONS = 10;

interface Props {
  /** The one to change; undefined for a new one. */
  readonly rule: Rule | undefined;
  readonly onDone: () => void;
}

/** Creates a draft, or changes a rule that is not at work. */
export function RuleForm({ rule, onDone }: Props) {
  const { t } = useTranslation('duplicateRules');
  const queries = useQueryClient();
  const [form, setForm] = useState({
    displayName: rule?.displayName ?? '',
    baseKind: rule?.baseKind ?? RecordKind.UNSPECIFIED,
    matchKind: rule?.matchKind ?? RecordKind.UNSPECIFIED,
    excludeInactive: rule?.excludeInactive ?? false,
    conditions: rule?.conditions.map(draftOf) ?? [NEW_DRAFT],
  });
  const { conditions } = form;
  const setConditions = (changed: Draft[]) => setForm({ ...form, conditions: changed });
  const saving = useMutation({
    mutationFn: () => {
      const request = {
        rule: { ...form, name: rule?.name ?? '', conditions: conditions.map(conditionOf) },
        requestId: crypto.randomUUID(),
      };
      const client = clientOf(RuleService);
      return rule ? client.updateRule(request) : client.createRule(request);
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
        <TextInput
          label={t('column.name')}
          value={form.displayName}
          onChange={({ currentTarget }) => setForm({ ...form, displayName: currentTarget.value })}
          maxLength={LONGEST_NAME}
          required
          data-autofocus
        />
        <Group grow>
          {(['baseKind', 'matchKind'] as const).map((name) => (
            <NativeSelect
              key={name}
              label={t(`form.${name}`)}
              value={String(form[name])}
              onChange={({ currentTarget }) => setForm({ ...form, [name]: Number(currentTarget.value) })}
              data={[
                { value: String(RecordKind.UNSPECIFIED), label: t('anyKind') },
                ...KINDS.map((kind) => ({
                  value: String(kind),
                  label: t(`shell:kind.${kindName(kind)}`),
                })),
              ]}
            />
          ))}
        </Group>
        <Switch
          label={t('form.excludeInactive')}
          checked={form.excludeInactive}
          onChange={({ currentTarget }) => setForm({ ...form, excludeInactive: currentTarget.checked })}
        />
        {conditions.map((condition, index) => (
          <ConditionFields
            key={index}
            number={index + 1}
            condition={condition}
            onChange={(changed) =>
              setConditions(conditions.map((each, other) => (other === index ? changed : each)))
            }
            onRemove={
              conditions.length > 1
                ? () => setConditions(conditions.filter((_, other) => other !== index))
                : undefined
            }
          />
        ))}
        <div>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={16} aria-hidden />}
            disabled={conditions.length === MOST_CONDITIONS}
            onClick={() => setConditions([...conditions, NEW_DRAFT])}
          >
            {t('form.addCondition')}
          </Button>
        </div>
        <DialogButtons error={saving.error} onCancel={onDone}>
          <Button type="submit" loading={saving.isPending}>
            {t('shell:form.save')}
          </Button>
        </DialogButtons>
      </Stack>
    </form>
  );
}
