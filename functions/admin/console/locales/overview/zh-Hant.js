// The overview in Traditional Chinese.

export default {};
