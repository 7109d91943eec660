/** Scripts and style sheets are files of their own, bundled as text. */
declare module "*.sh?raw" {
  const text: string;
  export default text;
}
declare module "*.pl?raw" {
  const text: string;
  export default text;
}
declare module "*.css?raw" {
  const text: string;
  export default text;
}
