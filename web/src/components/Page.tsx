import { Card, Group, Stack, Text, Title, type CardProps } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useId, type ReactNode } from 'react';

/** A page: its heading (the one h1), what stands beside it, and its content. */
export function Page({
  title,
  subtitle,
  aside,
  children,
}: {
  readonly title: string;
  readonly subtitle?: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  useDocumentTitle(`${title} · Leadlight`);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end" gap="sm">
        <div>
          <Title order={1} size="h2">
            {title}
          </Title>
          {subtitle && (
            <Text component="div" c="dimmed" size="sm">
              {subtitle}
            </Text>
          )}
        </div>
        {aside}
      </Group>
      {children}
    </Stack>
  );
}

/** A part of a page with a heading (h2) of its own. */
export function Section({
  title,
  aside,
  children,
  ...card
}: { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode } & CardProps) {
  const id = useId();
  return (
    <Card component="section" withBorder padding="md" aria-labelledby={id} {...card}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Title order={2} size="h4" id={id}>
            {title}
          </Title>
          {aside}
        </Group>
        {children}
      </Stack>
    </Card>
  );
}
