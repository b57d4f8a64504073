// Changes of many users in Simplified Chinese.

export default {};
