export const paths: { readonly root: string; readonly state: string };
