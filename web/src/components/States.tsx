import { Alert, Button, Center, Group, Loader, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconInbox, IconPlugOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { messageKeyOf, problemOf, problemOfStatus, type Problem } from '@/api/errors';
import type { UnavailablePart } from '@/gen/leadlight/gateway/v1/unavailable_pb';

/** While something is fetched. */
export function LoadingState() {
  const { t } = useTranslation();
  return (
    <Center p="xl" role="status" aria-label={t('state.loading')}>
      <Loader />
    </Center>
  );
}

/** Where there is nothing to show, and what would bring something. */
export function EmptyState({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <Center p="lg">
      <Stack align="center" gap="xs" maw={460}>
        <ThemeIcon size="xl" variant="light" color="gray" radius="xl" aria-hidden>
          <IconInbox />
        </ThemeIcon>
        <Text fw={600} ta="center">
          {title}
        </Text>
        {children && (
          <Text component="div" size="sm" c="dimmed" ta="center">
            {children}
          </Text>
        )}
      </Stack>
    </Center>
  );
}

/** A failed call in plain words, with the reason's code for whoever is asked for help. */
export function ErrorState({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { t } = useTranslation();
  const problem = problemOf(error);
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={t(messageKeyOf(problem.code))}
      role="alert"
    >
      <Stack gap="xs" align="flex-start">
        <Details problem={problem} />
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t('state.retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Parts of an answer that are missing because their service is away: said, never made up. Nothing if none is.
 *
 * @param parts the answer's `unavailable`.
 * @param only those of which parts; default all.
 */
export function UnavailableParts({
  parts,
  only,
}: {
  readonly parts: readonly UnavailablePart[];
  readonly only?: readonly string[];
}) {
  const { t } = useTranslation();
  const shown = parts.filter(({ part }) => !only || only.includes(part));
  if (shown.length === 0) return null;
  return (
    <Stack gap="xs">
      {shown.map(({ part, service, status }) => {
        const problem = problemOfStatus(status);
        return (
          <Alert
            key={part}
            color="yellow"
            variant="light"
            icon={<IconPlugOff aria-hidden />}
            title={t('state.partMissing', { service })}
            role="status"
          >
            <Text size="sm">{t(messageKeyOf(problem.code))}</Text>
            <Details problem={problem} />
          </Alert>
        );
      })}
    </Stack>
  );
}

function Details({ problem }: { readonly problem: Problem }) {
  return (
    <>
      {problem.message && <Text size="sm">{problem.message}</Text>}
      {problem.fields.map(({ field, description }) => (
        <Text key={field + description} size="sm">
          <code>{field}</code>: {description}
        </Text>
      ))}
      {problem.reason && (
        <Group gap={4}>
          <Text size="xs" ff="monospace">
            {problem.reason}
          </Text>
        </Group>
      )}
    </>
  );
}

interface QueryLike<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly refetch: () => unknown;
}

/** A query's three states in one place: loading, failed, or what `children` makes of the answer. */
export function Loaded<T>({
  query,
  children,
}: {
  readonly query: QueryLike<T>;
  readonly children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <LoadingState />;
}
