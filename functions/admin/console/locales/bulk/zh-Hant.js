// Changes of many users in Traditional Chinese.

export default {};
