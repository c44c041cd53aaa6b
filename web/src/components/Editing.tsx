import { ActionIcon, Button, Group, Stack, Text } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogButtons } from './Dialog';

type Open<T> =
  { readonly dialog: 'new' } | { readonly dialog: 'change' | 'delete'; readonly item: T } | undefined;

/** Which item of a list is being made, changed or deleted. */
export function useEditing<T>() {
  const [open, setOpen] = useState<Open<T>>();
  return {
    open,
    make: () => setOpen({ dialog: 'new' }),
    change: (item: T) => setOpen({ dialog: 'change', item }),
    remove: (item: T) => setOpen({ dialog: 'delete', item }),
    close: () => setOpen(undefined),
  };
}

export type Editing<T> = ReturnType<typeof useEditing<T>>;

/** The button that makes a new item. */
export function NewButton<T>({
  editing,
  children,
}: {
  readonly editing: Editing<T>;
  readonly children: string;
}) {
  return (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={editing.make}>
      {children}
    </Button>
  );
}

/** The buttons of a row: `children`, and those that change and delete its item. A label left out leaves its button out. */
export function RowActions<T>({
  editing,
  item,
  changeLabel,
  deleteLabel,
  children,
}: {
  readonly editing: Editing<T>;
  readonly item: T;
  readonly changeLabel?: string | undefined;
  readonly deleteLabel?: string | undefined;
  readonly children?: ReactNode;
}) {
  return (
    <Group gap={4} wrap="nowrap" justify="flex-end">
      {children}
      {changeLabel && (
        <ActionIcon variant="subtle" aria-label={changeLabel} onClick={() => editing.change(item)}>
          <IconPencil size={18} aria-hidden />
        </ActionIcon>
      )}
      {deleteLabel && (
        <ActionIcon
          variant="subtle"
          color="red"
          aria-label={deleteLabel}
          onClick={() => editing.remove(item)}
        >
          <IconTrash size={18} aria-hidden />
        </ActionIcon>
      )}
    </Group>
  );
}

interface Props<T> {
  readonly editing: Editing<T>;
  /** Of the dialog, and of the row's button that opens it; undefined for a new item. */
  readonly titleOf: (item: T | undefined) => string;
  readonly deleteTitleOf: (item: T) => string;
  /** What deleting means. */
  readonly deletion: string;
  readonly onDelete: (item: T) => Promise<unknown>;
  readonly size?: 'md' | 'lg';
  /** The form of an item; undefined for a new one. */
  readonly children: (item: T | undefined) => ReactNode;
}

/** The dialogs in which items of a list are made, changed and deleted. */
export function EditDialogs<T>({
  editing,
  titleOf,
  deleteTitleOf,
  deletion,
  onDelete,
  size,
  children,
}: Props<T>) {
  const { open, close } = editing;
  const item = open?.dialog === 'change' ? open.item : undefined;
  const hasForm = open !== undefined && open.dialog !== 'delete';
  return (
    <>
      <Dialog title={titleOf(item)} isOpen={hasForm} onClose={close} {...(size && { size })}>
        {hasForm && children(item)}
      </Dialog>
      <Dialog
        title={open?.dialog === 'delete' ? deleteTitleOf(open.item) : ''}
        isOpen={open?.dialog === 'delete'}
        onClose={close}
      >
        {open?.dialog === 'delete' && (
          <Deletion what={deletion} onDelete={() => onDelete(open.item)} onDone={close} />
        )}
      </Dialog>
    </>
  );
}

function Deletion({
  what,
  onDelete,
  onDone,
}: {
  readonly what: string;
  readonly onDelete: () => Promise<unknown>;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const removal = useMutation({
    mutationFn: onDelete,
    onSuccess: async () => {
      await queries.invalidateQueries();
      onDone();
    },
  });
  return (
    <Stack>
      <Text size="sm">{what}</Text>
      <DialogButtons error={removal.error} onCancel={onDone}>
        <Button color="red" loading={removal.isPending} onClick={() => removal.mutate()}>
          {t('form.delete')}
        </Button>
      </DialogButtons>
    </Stack>
  );
}
