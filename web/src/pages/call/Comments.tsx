import { useMutation, useQuery } from '@connectrpc/connect-query';
import { ActionIcon, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/api/session';
import { clock } from '@/components/clock';
import { useFormat } from '@/components/format';
import { Section } from '@/components/Page';
import { EmptyState, ErrorState, Loaded } from '@/components/States';
import type { Call } from '@/gen/leadlight/conversation/v1/call_pb';
import { CommentService } from '@/gen/leadlight/conversation/v1/comment_service_pb';
import { JumpButton } from './Findings';

const MOST_CHARACTERS = 10_000;
const MOST_COMMENTS = 1000;

interface Props {
  readonly call: Call;
  /** The turn that a new comment is about; undefined for the call as a whole. */
  readonly turn: number | undefined;
  readonly onTurn: (turn: number | undefined) => void;
  readonly onJump: ((turn: number) => void) | undefined;
}

/** What managers wrote on the call, for those who sold in it. */
export function Comments({ call, turn, onTurn, onJump }: Props) {
  const { t } = useTranslation('call');
  const format = useFormat();
  const mayWrite = useMay('manager', 'admin');
  const queries = useQueryClient();
  const query = useQuery(CommentService.method.listComments, { callId: call.id, pageSize: MOST_COMMENTS });
  const removal = useMutation(CommentService.method.deleteComment, {
    onSuccess: () => queries.invalidateQueries(),
  });
  return (
    <Section title={t('comments.title')}>
      <Loaded query={query}>
        {({ comments }) =>
          comments.length === 0 ? (
            <EmptyState title={t('comments.none')} />
          ) : (
            <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
              {comments.map(({ id, author, text, turn: about, createTime }) => (
                <li key={id}>
                  <Group gap="xs">
                    <Text size="sm" fw={600}>
                      {author}
                    </Text>
                    <Text size="xs" c="dimmed">
                      {format.dateTime(createTime)}
                    </Text>
                    {about !== undefined && <JumpButton call={call} turn={about} onJump={onJump} />}
                    {mayWrite && (
                      <ActionIcon
                        variant="subtle"
                        color="red"
                        size="sm"
                        aria-label={t('comments.delete', { author })}
                        loading={removal.isPending && removal.variables.id === id}
                        onClick={() => removal.mutate({ callId: call.id, id, allowMissing: true })}
                      >
                        <IconTrash size={16} aria-hidden />
                      </ActionIcon>
                    )}
                  </Group>
                  <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
                    {text}
                  </Text>
                </li>
              ))}
            </Stack>
          )
        }
      </Loaded>
      {removal.error && <ErrorState error={removal.error} />}
      {mayWrite && <NewComment call={call} turn={turn} onTurn={onTurn} />}
    </Section>
  );
}

function NewComment({ call, turn, onTurn }: Omit<Props, 'onJump'>) {
  const { t } = useTranslation('call');
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const creation = useMutation(CommentService.method.createComment, {
    onSuccess: async () => {
      setText('');
      onTurn(undefined);
      await queries.invalidateQueries();
    },
  });
  useEffect(() => {
    if (turn !== undefined) field.current?.focus();
  }, [turn]);
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    if (text.trim()) creation.mutate({ callId: call.id, text: text.trim(), turn });
  };
  const startMs = turn === undefined ? undefined : call.turns[turn]?.startMs;
  const place = turn === undefined ? '' : startMs === undefined ? `#${turn + 1}` : clock(startMs);
  return (
    <form onSubmit={send}>
      <Stack gap="xs">
        <Textarea
          ref={field}
          label={place ? t('comments.onTurn', { place }) : t('comments.onCall')}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          maxLength={MOST_CHARACTERS}
          autosize
          minRows={2}
          maxRows={10}
        />
        {creation.error && <ErrorState error={creation.error} />}
        <Group gap="xs">
          <Button type="submit" disabled={!text.trim()} loading={creation.isPending}>
            {t('comments.write')}
          </Button>
          {place && (
            <Button variant="default" onClick={() => onTurn(undefined)}>
              {t('comments.wholeCall')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
