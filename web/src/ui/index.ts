export {Button, CopyButton, IconButton, copyText, type ButtonProps, type IconButtonProps} from './button';
export {Dialog, Sheet, type DialogProps, type SheetProps} from './dialog';
export {
  Field,
  NumberInput,
  PasswordInput,
  Select,
  SettingRow,
  Switch,
  TextArea,
  TextInput,
  focusWrong,
  useField,
  type FieldProps,
  type Option,
} from './field';
export {Icon, Mark} from './icon';
export type {IconName} from './icons';
export {Menu, type MenuItem, type MenuProps} from './menu';
export {AppPicture, Card, Chip, Count, Empty, Failed, Section, Skeleton, Time, monogram, type ChipProps} from './parts';
export {Tabs, type Tab, type TabsProps} from './tabs';
