import { Button, Group, ScrollArea, Table, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: T) => ReactNode;
  readonly align?: 'left' | 'right' | 'center';
  /** Left out on a phone, where the row is to fit. */
  readonly wideOnly?: boolean;
}

/** Where one stands in a list that is paged by tokens. `key` says what list: another one begins at its first page. */
export function useTokenPages(key: string) {
  const [state, setState] = useState<{ key: string; tokens: readonly string[] }>({ key, tokens: [''] });
  const tokens = state.key === key ? state.tokens : [''];
  return {
    pageToken: tokens.at(-1) ?? '',
    number: tokens.length,
    next: (token: string) => setState({ key, tokens: [...tokens, token] }),
    previous: () => setState({ key, tokens: tokens.slice(0, -1) }),
  };
}

interface Props<T> {
  /** Said to screen readers: what the table holds. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly pages?: ReturnType<typeof useTokenPages>;
  readonly nextPageToken?: string;
}

/** A table that scrolls within itself on a narrow screen, with the way to the next page and back. */
export function PagedTable<T>({ caption, columns, rows, rowKey, pages, nextPageToken = '' }: Props<T>) {
  const { t } = useTranslation();
  const visibleFrom = (column: Column<T>) => (column.wideOnly ? 'sm' : undefined);
  return (
    <>
      <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': caption }}>
        <Table highlightOnHover verticalSpacing="xs" aria-label={caption}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th
                  key={column.key}
                  scope="col"
                  ta={column.align ?? 'left'}
                  visibleFrom={visibleFrom(column)}
                >
                  {column.title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={rowKey(row)}>
                {columns.map((column) => (
                  <Table.Td key={column.key} ta={column.align ?? 'left'} visibleFrom={visibleFrom(column)}>
                    {column.cell(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
      {pages && (pages.number > 1 || nextPageToken !== '') && (
        <Group justify="center" aria-label={t('table.pages')} renderRoot={(props) => <nav {...props} />}>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconChevronLeft size={16} aria-hidden />}
            disabled={pages.number === 1}
            onClick={pages.previous}
          >
            {t('table.previous')}
          </Button>
          <Text size="sm">{t('table.page', { number: pages.number })}</Text>
          <Button
            variant="default"
            size="xs"
            rightSection={<IconChevronRight size={16} aria-hidden />}
            disabled={nextPageToken === ''}
            onClick={() => pages.next(nextPageToken)}
          >
            {t('table.next')}
          </Button>
        </Group>
      )}
    </>
  );
}
