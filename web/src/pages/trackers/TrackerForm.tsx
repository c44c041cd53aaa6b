import { Code, ConnectError } from '@connectrpc/connect';
import { Button, NativeSelect, Stack, TextInput, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { everyPage } from '@/api/everyPage';
import { clientOf } from '@/api/transport';
import { DialogButtons } from '@/components/Dialog';
import { useSellers } from '@/components/people';
import { TrackerKind, type Tracker } from '@/gen/leadlight/conversation/v1/tracker_pb';
import { TrackerService } from '@/gen/leadlight/conversation/v1/tracker_service_pb';

const ID = '[A-Za-z0-9_\\-]{1,63}';
const MOST_TEAM = 200;

interface Props {
  /** The one to change; undefined for a new one. */
  readonly tracker: Tracker | undefined;
  readonly onDone: () => void;
}

/** Creates or changes a tracker. */
export function TrackerForm({ tracker, onDone }: Props) {
  const { t } = useTranslation('trackers');
  const queries = useQueryClient();
  const { teams } = useSellers();
  const [form, setForm] = useState({
    id: tracker?.id ?? '',
    kind: tracker?.kind ?? TrackerKind.KEYWORD,
    phrases: tracker?.phrases.join('\n') ?? '',
    team: tracker?.team ?? '',
  });
  const phrases = form.phrases.split('\n').flatMap((line) => line.trim() || []);
  const saving = useMutation({
    mutationFn: async () => {
      const client = clientOf(TrackerService);
      if (!tracker && (await isThere(form.id)))
        throw new ConnectError(t('form.taken', { id: form.id }), Code.AlreadyExists);
      return client.upsertTracker({
        tracker: { id: form.id, kind: form.kind, phrases, team: form.team.trim() },
      });
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
          label={t('column.id')}
          description={t('form.idHint')}
          value={form.id}
          onChange={({ currentTarget }) => setForm({ ...form, id: currentTarget.value })}
          pattern={ID}
          required
          readOnly={tracker !== undefined}
          data-autofocus
        />
        <NativeSelect
          label={t('column.kind')}
          value={String(form.kind)}
          onChange={({ currentTarget }) => setForm({ ...form, kind: Number(currentTarget.value) })}
          data={[TrackerKind.KEYWORD, TrackerKind.COMPETITOR].map((kind) => ({
            value: String(kind),
            label: t(`kind.${TrackerKind[kind]}`),
          }))}
        />
        <Textarea
          label={t('column.phrases')}
          description={t('form.phrasesHint')}
          value={form.phrases}
          onChange={({ currentTarget }) => setForm({ ...form, phrases: currentTarget.value })}
          required
          autosize
          minRows={3}
          maxRows={12}
        />
        <TextInput
          label={t('column.team')}
          description={t('form.teamHint')}
          value={form.team}
          onChange={({ currentTarget }) => setForm({ ...form, team: currentTarget.value })}
          maxLength={MOST_TEAM}
          list="tracker-teams"
        />
        <datalist id="tracker-teams">
          {teams.map((team) => (
            <option key={team} value={team} />
          ))}
        </datalist>
        <DialogButtons error={saving.error} onCancel={onDone}>
          <Button type="submit" loading={saving.isPending} disabled={phrases.length === 0}>
            {t('shell:form.save')}
          </Button>
        </DialogButtons>
      </Stack>
    </form>
  );
}

/** A new tracker must not replace one, which UpsertTracker would do. */
async function isThere(id: string): Promise<boolean> {
  const known = await everyPage(
    (page) => clientOf(TrackerService).listTrackers(page),
    ({ trackers }) => trackers,
  );
  return known.some((tracker) => tracker.id === id);
}
