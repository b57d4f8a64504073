// The settings in Simplified Chinese.

export default {};
