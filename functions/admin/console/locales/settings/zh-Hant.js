// The settings in Traditional Chinese.

export default {};
