export const core = {
  'core.selected': {one: '{n} message selected', other: '{n} messages selected'},
  'core.reloaded': 'Reloaded: some changes were not followed',
};
